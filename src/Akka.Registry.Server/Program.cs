using Akka.Registry.DistributedData.Durability;
using Akka.Registry.Hosting;
using Akka.Registry.Hosting.Hocon;
using Akka.Registry.Hosting.Settings;
using Akka.Registry.Server;
using Akka.Registry.Server.Consul;
using Akka.Registry.Server.Dns;
using Akka.Registry.Server.Eureka;
using Akka.Registry.Server.Memory;
using Akka.Registry.Server.Metrics;
using Akka.Registry.Tls;

if (args.Any(argument => argument is "--help" or "-h"))
{
    Console.WriteLine(ServerSettings.Usage);
    return 0;
}

ServerSettings settings;
try
{
    settings = ServerSettings.Read(args);
}
catch (Exception e) when (e is SettingsException or HoconException)
{
    await Console.Error.WriteLineAsync(e.Message);
    return 2;
}

await using var app = RegistryServer.Build(
    settings.Http,
    builder => builder.Services.AddSingleton(settings.Node)
        .AddRegistryNode(settings.Node).WithEngine(settings.Engine).WithHttpUrl(settings.Http.Urls[0])
        .Services.AddRegistryDns(settings.Dns).AddRegistryConsul(settings.Consul).AddRegistryEureka(settings.Eureka)
        .AddRegistryTelemetry(settings.Telemetry, settings.Node.Node.Name)
        .AddSingleton(settings.Memory).AddHostedService<MemoryKeeper>());
try
{
    await app.StartNodeAsync(settings.Http);
    await app.WaitForShutdownAsync();
    return 0;
}
catch (MapStoreException e)
{
    await Console.Error.WriteLineAsync($"The node cannot start: {e.Message}");
    return 1;
}
catch (TlsException e)
{
    await Console.Error.WriteLineAsync($"The node cannot start: akka.registry.tls.{e.Setting}: {e.Message}");
    return 2;
}
catch (IOException e)
{
    await Console.Error.WriteLineAsync(
        $"The node cannot start: {e.Message} Choose another port with --http.urls=http://127.0.0.1:PORT, --transport.port=PORT, "
        + "--dns.listen=127.0.0.1:PORT, --consul.urls=http://127.0.0.1:PORT or --eureka.urls=http://127.0.0.1:PORT.");
    return 1;
}
