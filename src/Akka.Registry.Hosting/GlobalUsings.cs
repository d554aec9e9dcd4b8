// A node's status and a client's are written the same; in this room both are at hand.
global using ClientStatus = Akka.Registry.InstanceStatus;
