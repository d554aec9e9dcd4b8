using System.Net;
using Akka.Registry.Actors;
using Microsoft.Extensions.Logging;

namespace Akka.Registry.Security;

/// <summary>Who came, for the log: never the token.</summary>
/// <param name="Door">Which door: <c>http</c>, <c>session</c>, <c>consul</c>, <c>eureka</c>, <c>dns</c>.</param>
/// <param name="Address">From where; null within the process.</param>
public readonly record struct Visit(string Door, IPAddress? Address);

/// <summary>Tells of each call that was denied and of each that an operator made. Any thread.</summary>
/// <remarks>The category of its lines is <c>Akka.Registry.Audit</c>, so that they can be sent elsewhere than the rest.</remarks>
internal sealed class AuditLog(ILoggerFactory loggers, RegistryMetrics metrics, TimeProvider time, int deniedPerSecond)
{
    /// <summary>The category of the lines.</summary>
    public const string Category = "Akka.Registry.Audit";

    private static readonly TimeSpan Second = TimeSpan.FromSeconds(1);

    private readonly ILogger _logger = loggers.CreateLogger(Category);
    private readonly Lock _gate = new();
    private Instant _until;
    private int _told;
    private long _untold;

    /// <summary>A call was denied.</summary>
    /// <param name="who">The principal's name; empty for a token that nobody has.</param>
    /// <param name="visit">How it came.</param>
    /// <param name="operation">What was asked for.</param>
    /// <param name="subject">The service, or the service and the instance; empty for neither.</param>
    /// <param name="missing">What was missing.</param>
    public void Denied(string who, Visit visit, string operation, string subject, string missing)
    {
        metrics.Denied(visit.Door);
        if (IsTold(out var untold))
            Log.CallDenied(_logger, who.Length > 0 ? who : "nobody known", visit.Door, visit.Address, operation, subject, missing, untold);
    }

    /// <summary>An operator's call is over.</summary>
    public void Operated(string who, Visit visit, string operation, string subject, string outcome) =>
        Log.OperatorActed(_logger, who, visit.Door, visit.Address, operation, subject, outcome);

    private bool IsTold(out long untold)
    {
        var now = time.GetInstant();
        lock (_gate)
        {
            if (now >= _until)
                (_until, _told) = (now + Second, 0);
            untold = _untold;
            if (++_told > deniedPerSecond)
            {
                _untold++;
                return false;
            }

            _untold = 0;
            return true;
        }
    }
}
