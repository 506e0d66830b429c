/** Initial values of parameters, as {@code torch.nn.init}: {@link org.chagres.nn.init.Init}. */
package org.chagres.nn.init;
