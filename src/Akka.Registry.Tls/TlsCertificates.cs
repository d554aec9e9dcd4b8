using System.Diagnostics.Metrics;
using Microsoft.Extensions.Logging;

namespace Akka.Registry.Tls;

/// <summary>Holds what was read last and holds, and looks for changes. Any thread.</summary>
public sealed class TlsCertificates : IDisposable
{
    /// <summary>The meter's name.</summary>
    public const string MeterName = "Akka.Registry.Tls";

    /// <summary>From when on a certificate that ends soon is told of, once a day.</summary>
    private static readonly TimeSpan Notice = TimeSpan.FromDays(14);

    private readonly Lock _gate = new();
    private readonly CertificateOptions _options;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly Meter _meter = new(MeterName);
    private readonly Counter<long> _reloads;
    private readonly ITimer _timer;
    private string _seen = "";
    private string _problem = "";
    private DateTimeOffset _toldOfEnd;
    private volatile TlsMaterial _current;

    private TlsCertificates(CertificateOptions options, TimeProvider time, ILogger logger)
    {
        (_options, _time, _logger) = (options, time, logger);
        _current = MaterialReader.Read(options, ref _seen)!;
        Log.Read(logger, _current);
        TellOfEnd();
        _reloads = _meter.CreateCounter<long>(
            "akka.registry.tls.reloads", "{reload}", "Times that changed certificate files were looked at, by result.");
        if (_current.Shown is not null)
        {
            _meter.CreateObservableGauge(
                "akka.registry.tls.certificate_expiry", () => (_current.NotAfter!.Value - _time.GetUtcNow()).TotalSeconds, "s",
                "Time until the certificate that is shown ends; below zero once it has.");
        }

        _timer = time.CreateTimer(static state => ((TlsCertificates)state!).Reload(), this, options.ReloadInterval, options.ReloadInterval);
    }

    /// <summary>What holds now.</summary>
    public TlsMaterial Current => _current;

    /// <summary>Reads certificates and begins to look for changes.</summary>
    /// <exception cref="TlsException">They cannot be used.</exception>
    public static TlsCertificates Load(CertificateOptions options, TimeProvider time, ILogger logger)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(time);
        return new TlsCertificates(options, time, logger);
    }

    /// <summary>Looks for changes now. What cannot be used is logged, once, and what was there before stays.</summary>
    public void Reload()
    {
        lock (_gate)
        {
            try
            {
                if (MaterialReader.Read(_options, ref _seen) is { } read)
                    Take(read);
                else if (_seen == _current.Revision)
                    _problem = "";
                TellOfEnd();
            }
            catch (TlsException failure)
            {
                Refuse(failure.Message);
            }
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _timer.Dispose();
        _meter.Dispose();
    }

    private void Take(TlsMaterial read)
    {
        _problem = "";
        if (read.Revision == _current.Revision)
            return;     // As it was before a change that was no good.
        if (read.NotAfter is { } end && end <= _time.GetUtcNow())
        {
            Refuse($"The certificate ended on {end.UtcDateTime:yyyy-MM-dd HH:mm}Z.");
            return;
        }

        _current = read;
        _toldOfEnd = default;
        _reloads.Add(1, new KeyValuePair<string, object?>("result", "taken"));
        Log.Reloaded(_logger, read);
    }

    private void Refuse(string problem)
    {
        if (problem == _problem)
            return;
        _problem = problem;
        _reloads.Add(1, new KeyValuePair<string, object?>("result", "refused"));
        Log.NotReloaded(_logger, problem, _current);
    }

    private void TellOfEnd()
    {
        var now = _time.GetUtcNow();
        if (_current.NotAfter is not { } end || end - now > Notice || now - _toldOfEnd < TimeSpan.FromDays(1))
            return;
        _toldOfEnd = now;
        if (end <= now)
            Log.Ended(_logger, _current);
        else
            Log.EndsSoon(_logger, _current);
    }
}
