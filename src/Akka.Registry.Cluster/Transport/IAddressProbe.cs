namespace Akka.Registry.Cluster.Transport;

/// <summary>What came of a try to connect.</summary>
public enum ProbeOutcome
{
    /// <summary>No answer in time, no way there, or the name is not known: says nothing.</summary>
    Silent,

    /// <summary>The host answers that nobody listens at that port: its process is gone.</summary>
    Refused,

    /// <summary>Somebody listens.</summary>
    Connected,
}

/// <summary>Tells whether a process listens at an address. Nothing is sent. Any thread.</summary>
public interface IAddressProbe
{
    /// <summary>Tries once.</summary>
    /// <param name="host">Host name or IP address.</param>
    /// <param name="port">1 to 65,535.</param>
    /// <param name="timeout">How long to wait.</param>
    /// <returns>What came of it; never fails.</returns>
    Task<ProbeOutcome> ProbeAsync(string host, int port, TimeSpan timeout);
}
