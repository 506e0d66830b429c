/**
 * The rules of the tower, held by reading the compiled classes of all modules.
 *
 * <p>Read {@link org.chagres.tools.tower.TowerTest} first: it lists the rules. {@link org.chagres.tools.tower.Rules} says what
 * each means, {@link org.chagres.tools.tower.ClassFacts} what is known of a class, and {@link
 * org.chagres.tools.tower.RulesTest} shows every rule a made-up house that breaks it.
 */
package org.chagres.tools.tower;
