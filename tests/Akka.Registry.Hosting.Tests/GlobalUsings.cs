global using ClientStatus = Akka.Registry.Client.InstanceStatus;
