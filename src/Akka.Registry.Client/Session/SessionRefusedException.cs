namespace Akka.Registry.Client.Session;

/// <summary>A node was reached and does not let this client in, or has closed its session for what it did.</summary>
internal sealed class SessionRefusedException(string message) : IOException(message);
