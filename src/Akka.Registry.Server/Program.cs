using Akka.Registry.Server;

await RegistryServer.Build(new HttpOptions(), _ => { }).RunAsync();
