/** The networks that the command line trains and benchmarks measure. */
package org.chagres.train.model;
