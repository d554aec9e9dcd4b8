// A caller that knows a service by its name alone, and counts how its calls fare.
//
//   dotnet run --project deploy/samples/Shop -- --akka:registry:client:nodes:0 127.0.0.1:4053 --rate 100 --seconds 20

using Akka.Registry.Client.Http;
using Akka.Registry.Hosting;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Shop;

var builder = Host.CreateApplicationBuilder(args);
builder.Logging.AddFilter("System.Net.Http.HttpClient", LogLevel.Warning);
builder.Services.AddRegistryClient().WithConfiguration(builder.Configuration);
builder.Services.AddHttpClient("orders", http => http.BaseAddress = new Uri("http://orders/")).AddRegistryRouting();

using var host = builder.Build();
await host.StartAsync();
var customers = new Customers(
    host.Services.GetRequiredService<IHttpClientFactory>(),
    builder.Configuration.GetValue("rate", 100),
    TimeSpan.FromSeconds(builder.Configuration.GetValue("seconds", 20)));
var tally = await customers.ComeAsync(host.Services.GetRequiredService<IHostApplicationLifetime>().ApplicationStopping);
await host.StopAsync();
tally.Print(Console.Out);
return tally.Failed == 0 && tally.Calls > 0 ? 0 : 1;
