global using Akka.Registry.EndToEnd.Harness;
global using Shouldly;
global using Xunit;
