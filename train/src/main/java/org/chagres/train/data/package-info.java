/**
 * Data sets, samplers and the loader that decodes batches ahead into a ring of page-aligned slots.
 *
 * <p>Read {@link org.chagres.train.data.Dataset} and {@link org.chagres.train.data.DataLoader} first; then
 * {@code Ring}, which is the loader's engine, and {@code Uploader}, its way to a device, and {@code
 * Resident}, for images that lie there. Images and augmentation live in {@code data.transform}, file formats in
 * {@code data.source}; this package knows neither.
 */
package org.chagres.train.data;
