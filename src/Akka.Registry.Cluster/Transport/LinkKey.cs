namespace Akka.Registry.Cluster.Transport;

/// <summary>Names a link that this node makes: one lane to one address.</summary>
internal readonly record struct LinkKey(NodeAddress Address, Lane Lane);
