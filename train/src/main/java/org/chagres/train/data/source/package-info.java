/**
 * Data sets in files: CIFAR-10, MNIST and its kin, folders of images, and a small one inside the jar. Readers check
 * what they are given and answer with a {@link org.chagres.train.data.DataException} that names the file. Read
 * {@link org.chagres.train.data.source.Cifar10} first. Nothing is fetched from the network unless a method called
 * {@code download} is.
 */
package org.chagres.train.data.source;
