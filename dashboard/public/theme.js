// Before the first paint, so that a chosen theme does not flash. The rest is src/settings/theme.ts.
(() => {
  try {
    const theme = localStorage.getItem('tenantry.theme');
    if (theme === 'light' || theme === 'dark') document.documentElement.dataset.theme = theme;
  } catch {
    // Storage can be forbidden; then the system decides.
  }
})();
