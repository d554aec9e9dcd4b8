global using Akka.Registry.EndToEnd.Harness;
global using Microsoft.Playwright;
global using Shouldly;
global using Xunit;
