/** The first thing that Tab reaches: past the navigation to the page. */
export function SkipLink() {
  return (
    <a className="skip-link" href="#content">
      Skip to the page
    </a>
  );
}
