using Microsoft.Extensions.Logging;

namespace Akka.Registry.Client.Directory.Snapshots;

/// <summary>What keeping snapshots logs: event ids 7060 to 7069 of the client's.</summary>
internal static partial class SnapshotLog
{
    [LoggerMessage(7060, LogLevel.Information, "{Path} keeps {Services} services from an earlier run.")]
    public static partial void Read(ILogger logger, string path, int services);

    [LoggerMessage(7061, LogLevel.Warning, "{Path} is not used: {Fault}. It stays until there is a good one to replace it.")]
    public static partial void Ignored(ILogger logger, string path, string fault);

    [LoggerMessage(7062, LogLevel.Warning, "{Path} cannot be written: {Reason} It is tried again; what was there is there.")]
    public static partial void CannotWrite(ILogger logger, string path, string reason);

    [LoggerMessage(7063, LogLevel.Warning, "{Path} leaves out {Services} services: it may have {BytesMax} bytes.")]
    public static partial void LeftOut(ILogger logger, string path, int services, int bytesMax);
}
