// Package bench measures Vang beside what it could be replaced by: static files from Nginx and Caddy, and inserts that go straight
// to a database. All contestants run in the same minutes on the same core, one after the other and then again; what sends the
// load sits on another core.
//
// What is measured is data: a Part holds Cases, a Case holds Turns, and a Turn measures a Sample. One runner goes through them and
// one reporter prints them. The package knows of Vang what anybody can see from outside.
package bench
