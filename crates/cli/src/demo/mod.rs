//! `mingcha demo`: a city, made and run.

pub mod city;
