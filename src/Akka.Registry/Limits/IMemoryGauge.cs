namespace Akka.Registry.Limits;

/// <summary>How much of the memory that the process may use is in use.</summary>
public interface IMemoryGauge
{
    /// <summary>The share that was in use when the collector last looked; 0 for none, 1 for all.</summary>
    double UsedShare { get; }

    /// <summary>Has the collector look again, without waiting for it.</summary>
    void Refresh();
}
