/** What people, offices and departments are called: enough to look like a company that works in many countries. */

export const GIVEN = [
  'Anna',
  'Bjørn',
  'Chloé',
  'Dmitri',
  'Emre',
  'Fatima',
  'Grace',
  'Håkon',
  'Inés',
  'Jean-Luc',
  'Kwame',
  'Łukasz',
  'Mei',
  'Noor',
  'Oisín',
  'Priya',
  'Quentin',
  'Renée',
  'Søren',
  'Þóra',
  'Ursula',
  'Võ',
  'Wanjiru',
  'Ximena',
  'Yuki',
  'Zoë',
  'Мария',
  '美咲',
] as const;

export const FAMILY = [
  'Ødegård',
  "O'Neill",
  'García Márquez',
  'Nguyễn',
  'Smith',
  'Müller',
  'van der Berg',
  'Kowalczyk',
  'Yılmaz',
  'Okafor',
  'Dvořák',
  'Singh',
  'Åkesson',
  'Rossi',
  'Haddad',
  'Jönsdóttir',
  'Silva',
  'Иванова',
  '山田',
  'Sjöström-Lindqvist',
] as const;

export const TITLES = [
  'Engineer',
  'Senior Engineer',
  'Account Manager',
  'Head of Research',
  'Contrôleur de gestion',
  'Sachbearbeiterin',
  'Driver, nights',
  'Analyst "A" team',
  'Buyer',
] as const;

export const DEPARTMENTS = [
  'Sales',
  'R&D',
  'Finance',
  'Human Resources',
  'Førstelinje',
  'IT/Operations',
  'Legal',
] as const;

/** People of this department are kept out by the scoping filter. */
export const OUT_OF_SCOPE = 'Contractors';

interface Office {
  readonly office: string;
  readonly street: string;
  readonly city: string;
  readonly state?: string;
  readonly postalCode: string;
  readonly country: string;
  readonly language: string;
  /** Of telephone numbers. */
  readonly dialling: string;
}

export const OFFICES: readonly Office[] = [
  {
    office: 'Oslo 3',
    street: 'Storgata',
    city: 'Oslo',
    postalCode: '0155',
    country: 'NO',
    language: 'nb-NO',
    dialling: '+47',
  },
  {
    office: 'München Süd',
    street: 'Lindwurmstraße',
    city: 'München',
    state: 'Bayern',
    postalCode: '80337',
    country: 'DE',
    language: 'de-DE',
    dialling: '+49 89',
  },
  {
    office: 'Redmond 18/2300',
    street: '156th Ave NE',
    city: 'Redmond',
    state: 'WA',
    postalCode: '98052',
    country: 'US',
    language: 'en-US',
    dialling: '+1 425',
  },
  {
    office: 'São Paulo',
    street: 'Avenida Paulista',
    city: 'São Paulo',
    state: 'SP',
    postalCode: '01310-100',
    country: 'BR',
    language: 'pt-BR',
    dialling: '+55 11',
  },
  {
    office: '東京',
    street: '丸の内',
    city: '千代田区',
    state: '東京都',
    postalCode: '100-0005',
    country: 'JP',
    language: 'ja-JP',
    dialling: '+81 3',
  },
];

export const TEAMS = ['Team', 'Project', 'Office', 'Équipe', 'Søk', 'Licence'] as const;
