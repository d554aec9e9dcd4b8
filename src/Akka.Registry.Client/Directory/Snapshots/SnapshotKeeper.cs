using Microsoft.Extensions.Logging;

namespace Akka.Registry.Client.Directory.Snapshots;

/// <summary>The shell of <see cref="SnapshotBook"/>: reads the file at the start, and writes it while it changes.</summary>
/// <remarks>
/// Writing runs on the timer's thread, never on one that feeds or reads. A failure is logged once, until a write succeeds, and tried again
/// at each interval; nothing else depends on it.
/// </remarks>
internal sealed class SnapshotKeeper : IAsyncDisposable
{
    private readonly Lock _writing = new();
    private readonly SnapshotFile _file;
    private readonly SnapshotBook _book;
    private readonly RegistryClientOptions _options;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private ITimer? _timer;
    private bool _hasFailed;
    private int _leftOut;
    private bool _hasEnded;

    public SnapshotKeeper(string path, RegistryClientOptions options, TimeProvider time, ILogger logger)
    {
        (_options, _time, _logger) = (options, time, logger);
        _file = new SnapshotFile(path);
        _book = new SnapshotBook(options.SnapshotRetention);
    }

    /// <summary>What a feed begins with.</summary>
    public void Begun(ServiceFeed feed) => _book.Begun(feed);

    /// <summary>Reads the file, and writes it from then on.</summary>
    public void Begin()
    {
        Load();
        _timer = _time.CreateTimer(
            static state => ((SnapshotKeeper)state!).Write(), this, _options.SnapshotInterval, _options.SnapshotInterval);
    }

    /// <summary>Writes what is missing, and ends.</summary>
    public async ValueTask DisposeAsync()
    {
        if (_timer is not null)
            await _timer.DisposeAsync();
        Write();
        lock (_writing)
            _hasEnded = true;
    }

    private void Load()
    {
        SnapshotReading reading;
        try
        {
            if (_file.Read(_options.SnapshotBytesMax) is not { } bytes)
                return;     // The first run.
            reading = SnapshotCodec.Read(bytes, _options.Cluster);
        }
        catch (Exception failure) when (SnapshotFile.IsFailure(failure))
        {
            reading = SnapshotReading.Faulty(failure.Message.TrimEnd('.'));
        }

        if (reading.Fault is { } fault)
            SnapshotLog.Ignored(_logger, _file.Path, fault);
        else
            SnapshotLog.Read(_logger, _file.Path, _book.Load(reading.Views, _time.GetUtcNow()));
    }

    private void Write()
    {
        lock (_writing)
        {
            var now = _time.GetUtcNow();
            if (_hasEnded || _book.Collect(now) is not { } views)
                return;
            try
            {
                var leftOut = 0;
                _file.Write(to => leftOut = SnapshotCodec.Write(to, _options.Cluster, now, views, _options.SnapshotBytesMax));
                _book.Written(now);
                _hasFailed = false;
                if (leftOut > 0 && _leftOut == 0)
                    SnapshotLog.LeftOut(_logger, _file.Path, leftOut, _options.SnapshotBytesMax);
                _leftOut = leftOut;
            }
            catch (Exception failure) when (SnapshotFile.IsFailure(failure))
            {
                if (!_hasFailed)
                    SnapshotLog.CannotWrite(_logger, _file.Path, failure.Message);
                _hasFailed = true;
            }
        }
    }
}
