// Generated from schemas/*.json by `npm run generate`; edits here are lost.

/**
 * The attributes that every resource has beside those of its schemas (RFC 7643 §3.1); never served.
 * urn:scim-target:schemas:common
 */
export interface CommonAttributes {
  /**
   * The URIs of the schemas that describe the resource: its core schema and the extensions it has. (URI; readOnly;
   * returned: always; refers to: uri)
   */
  schemas?: string[];
  /**
   * The resource's identifier, made by the service provider and never used again. (readOnly; returned: always;
   * uniqueness: server; caseExact)
   */
  id?: string;
  /** The resource's identifier as the provisioning client defines it. (caseExact) */
  externalId?: string;
  /** What the service provider keeps about the resource. (readOnly) */
  meta?: {
    /** The name of the resource's type. (readOnly; caseExact) */
    resourceType?: string;
    /** When the resource was added to the service provider. (ISO 8601 date-time; readOnly) */
    created?: string;
    /** When the resource was last changed; when created, if it was not. (ISO 8601 date-time; readOnly) */
    lastModified?: string;
    /** The URI of the resource. (URI; readOnly; caseExact; refers to: uri) */
    location?: string;
    /** The version of the resource, as in the ETag header. (readOnly; caseExact) */
    version?: string;
  };
}

/** An entitlement that users can be given.. urn:ietf:params:scim:schemas:core:2.0:Entitlement */
export interface Entitlement extends CommonAttributes {
  /** The value that users have in their entitlements. (required; uniqueness: server; caseExact) */
  value: string;
  /** The name of the entitlement, for people. */
  display?: string;
  /** What kind of entitlement it is. */
  type?: string;
  /** Whether users can be given it. (required) */
  supported: boolean;
  /** Whether only some number of users can have it. */
  limitedAssignmentsPermitted?: boolean;
  /** How many users can have it. */
  totalAssignmentsPermitted?: number;
  /** The entitlements that allow what this one does, and more. */
  containedBy?: string[];
  /** The entitlements whose rights come with this one. */
  contains?: string[];
}

/** Group. urn:ietf:params:scim:schemas:core:2.0:Group */
export interface Group extends CommonAttributes {
  /** A human-readable name of the Group. (required) */
  displayName: string;
  /** The members of the Group. */
  members?: {
    /** The id of the member. (immutable; caseExact) */
    value?: string;
    /** The URI of the member. (URI; immutable; caseExact; refers to: User | Group) */
    $ref?: string;
    /** The resource type of the member. (immutable; canonical values: User, Group) */
    type?: string;
    /** A human-readable name of the member, for display only. (readOnly) */
    display?: string;
  }[];
}

/** A role that users can be given.. urn:ietf:params:scim:schemas:core:2.0:Role */
export interface Role extends CommonAttributes {
  /** The value that users have in their roles. (required; uniqueness: server; caseExact) */
  value: string;
  /** The name of the role, for people. */
  display?: string;
  /** What kind of role it is. */
  type?: string;
  /** Whether users can be given it. (required) */
  supported: boolean;
  /** Whether only some number of users can have it. */
  limitedAssignmentsPermitted?: boolean;
  /** How many users can have it. */
  totalAssignmentsPermitted?: number;
  /** The roles that allow what this one does, and more. */
  containedBy?: string[];
  /** The roles whose rights come with this one. */
  contains?: string[];
}

/** User Account. urn:ietf:params:scim:schemas:core:2.0:User */
export interface User extends CommonAttributes {
  /**
   * The name by which the User is known to the service provider, typically used to sign in. Not empty, and unique among
   * all Users of the tenant without regard to case. (required; uniqueness: server)
   */
  userName: string;
  /** The components of the User's real name: the whole in formatted, the parts in the others, or both. */
  name?: {
    /**
     * The full name with all middle names, titles and suffixes, formatted for display, e.g. 'Ms. Barbara J Jensen,
     * III'.
     */
    formatted?: string;
    /** The family name, or last name in most Western languages, e.g. 'Jensen'. */
    familyName?: string;
    /** The given name, or first name in most Western languages, e.g. 'Barbara'. */
    givenName?: string;
    /** The middle names, e.g. 'Jane'. */
    middleName?: string;
    /** The honorific prefixes, or title in most Western languages, e.g. 'Ms.'. */
    honorificPrefix?: string;
    /** The honorific suffixes, or suffix in most Western languages, e.g. 'III'. */
    honorificSuffix?: string;
  };
  /** The name of the User, suitable for display to end users; the full name, if known. */
  displayName?: string;
  /** The casual way to address the User, e.g. 'Bob' instead of 'Robert'; not the userName. */
  nickName?: string;
  /** The URL of a page that shows the User's online profile. (URI; caseExact; refers to: external) */
  profileUrl?: string;
  /** The User's title in the organization, e.g. 'Vice President'. */
  title?: string;
  /**
   * The relationship between the organization and the User, e.g. 'Contractor', 'Employee', 'Intern', 'Temp', 'External'
   * or 'Unknown'; any value may be used.
   */
  userType?: string;
  /**
   * The User's preferred written or spoken language, used to select a localized user interface, in the format of HTTP's
   * Accept-Language, e.g. 'en-US'.
   */
  preferredLanguage?: string;
  /** The User's default location for localizing currency, dates and numbers, as a language tag, e.g. 'en-US'. */
  locale?: string;
  /** The User's time zone by its name in the IANA time zone database, e.g. 'America/Los_Angeles'. */
  timezone?: string;
  /** The User's administrative status: false for a User who may not sign in. */
  active?: boolean;
  /**
   * The User's clear-text password, to set a first one or to reset it. It is never returned. (writeOnly; returned:
   * never; caseExact)
   */
  password?: string;
  /** E-mail addresses of the User. */
  emails?: {
    /** An e-mail address, e.g. 'bjensen@example.com'. */
    value?: string;
    /** A human-readable name of the value, for display only. */
    display?: string;
    /** What the address is for, e.g. 'work' or 'home'. (canonical values: work, home, other) */
    type?: string;
    /** True for the preferred address; no more than one value of the attribute has it. */
    primary?: boolean;
  }[];
  /** Telephone numbers of the User. */
  phoneNumbers?: {
    /** A telephone number, preferably as RFC 3966 writes it, e.g. 'tel:+1-201-555-0123'. */
    value?: string;
    /** A human-readable name of the value, for display only. */
    display?: string;
    /**
     * What the number is for, e.g. 'work', 'home' or 'mobile'. (canonical values: work, home, mobile, fax, pager,
     * other)
     */
    type?: string;
    /** True for the preferred number; no more than one value of the attribute has it. */
    primary?: boolean;
  }[];
  /** Instant messaging addresses of the User. */
  ims?: {
    /** An instant messaging address. */
    value?: string;
    /** A human-readable name of the value, for display only. */
    display?: string;
    /**
     * The service of the address, e.g. 'xmpp' or 'skype'. (canonical values: aim, gtalk, icq, xmpp, msn, skype, qq,
     * yahoo)
     */
    type?: string;
    /** True for the preferred address; no more than one value of the attribute has it. */
    primary?: boolean;
  }[];
  /** URLs of photos of the User. */
  photos?: {
    /** The URL of a photo; of the image itself, not of a page that shows it. (URI; caseExact; refers to: external) */
    value?: string;
    /** A human-readable name of the value, for display only. */
    display?: string;
    /** Whether it is a photo or a thumbnail. (canonical values: photo, thumbnail) */
    type?: string;
    /** True for the preferred photo; no more than one value of the attribute has it. */
    primary?: boolean;
  }[];
  /** Physical mailing addresses of the User. */
  addresses?: {
    /** The full mailing address, formatted for display or a mailing label. It may have line breaks. */
    formatted?: string;
    /** The street address: house number, street name, P.O. box, further lines. It may have line breaks. */
    streetAddress?: string;
    /** The city or locality. */
    locality?: string;
    /** The state or region. */
    region?: string;
    /** The zip code or postal code. */
    postalCode?: string;
    /** The country, preferably by its ISO 3166-1 alpha-2 code, e.g. 'NO'. */
    country?: string;
    /** What the address is for, e.g. 'work' or 'home'. (canonical values: work, home, other) */
    type?: string;
    /** True for the preferred address; no more than one value of the attribute has it. */
    primary?: boolean;
  }[];
  /**
   * The groups to which the User belongs, directly or through other groups. Membership is changed at the Group.
   * (readOnly)
   */
  groups?: {
    /** The id of the group. (readOnly; caseExact) */
    value?: string;
    /** The URI of the group. (URI; readOnly; caseExact; refers to: Group) */
    $ref?: string;
    /** The displayName of the group. (readOnly) */
    display?: string;
    /**
     * Whether the User is a member itself ('direct') or through another group ('indirect'). (readOnly; canonical
     * values: direct, indirect)
     */
    type?: string;
  }[];
  /** Things that the User has. */
  entitlements?: {
    /** An entitlement. */
    value?: string;
    /** A human-readable name of the value, for display only. */
    display?: string;
    /** The kind of entitlement. */
    type?: string;
    /** True for the preferred entitlement; no more than one value of the attribute has it. */
    primary?: boolean;
  }[];
  /** Roles that together tell who the User is, e.g. 'Student' or 'Faculty'. */
  roles?: {
    /** A role. */
    value?: string;
    /** A human-readable name of the value, for display only. */
    display?: string;
    /** The kind of role. */
    type?: string;
    /** True for the preferred role; no more than one value of the attribute has it. */
    primary?: boolean;
  }[];
  /** Certificates issued to the User. */
  x509Certificates?: {
    /** An X.509 certificate, DER-encoded, in base64. (base64; caseExact) */
    value?: string;
    /** A human-readable name of the value, for display only. */
    display?: string;
    /** What the certificate is for. */
    type?: string;
    /** True for the preferred certificate; no more than one value of the attribute has it. */
    primary?: boolean;
  }[];
  /** The extension EnterpriseUser. */
  'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User'?: EnterpriseUser;
}

/** Enterprise User. urn:ietf:params:scim:schemas:extension:enterprise:2.0:User */
export interface EnterpriseUser {
  /**
   * A numeric or alphanumeric identifier of the person, typically by order of hire or association with the
   * organization.
   */
  employeeNumber?: string;
  /** The name of a cost center. */
  costCenter?: string;
  /** The name of an organization. */
  organization?: string;
  /** The name of a division. */
  division?: string;
  /** The name of a department. */
  department?: string;
  /** The User's manager, another User. */
  manager?: {
    /** The id of the User's manager. (caseExact) */
    value?: string;
    /** The URI of the User's manager. (URI; caseExact; refers to: User) */
    $ref?: string;
    /** The displayName of the User's manager. (readOnly) */
    displayName?: string;
  };
}
