/**
 * Images on their way from bytes to a batch: {@link org.chagres.train.data.transform.Image} holds one, a
 * {@link org.chagres.train.data.transform.Transform} changes it, {@link org.chagres.train.data.transform.ImageDataset}
 * applies transforms to the images of an {@link org.chagres.train.data.transform.ImageSource}. Read {@code Image}
 * first. Knows no file format.
 */
package org.chagres.train.data.transform;
