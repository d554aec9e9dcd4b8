// A service that anybody may call by its name: one instance of "orders".
//
//   dotnet run --project deploy/samples/Orders -- --urls http://127.0.0.1:0 --akka:registry:client:nodes:0 127.0.0.1:4053

using Akka.Registry.Hosting;
using Orders;

var builder = WebApplication.CreateSlimBuilder(args);
builder.Services.AddHealthChecks();
builder.Services.AddRegistryClient().WithConfiguration(builder.Configuration).RegisterService("orders", builder.Configuration);

var app = builder.Build();
app.MapHealthChecks("/health");
app.MapGet("/orders/{id:int}", (int id) => new Order(id, "shipped", Environment.ProcessId)).WithName("Orders.Get");
app.Run();
