/**
 * Dated results: a page to read and a file to compute with, headed by what they were measured on.
 *
 * <p>Here: nothing that knows what is measured. Read {@link org.chagres.bench.report.Report}.
 */
package org.chagres.bench.report;
