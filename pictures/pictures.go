// Package pictures measures, cleans and resizes the pictures of a blog.
//
// It imports nothing of ours and knows neither posts nor HTTP.
package pictures
