/** The dashboard's files, which the global set-up of the tests builds. */
export const dashboardUrl = new URL("../../../dist/status/dashboard/client/", import.meta.url);
