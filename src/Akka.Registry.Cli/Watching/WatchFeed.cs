using System.Text.Json;
using Akka.Registry.Cli.Http;

namespace Akka.Registry.Cli.Watching;

/// <summary>One watch over many connections: what breaks is resumed at the next node, from the cursor.</summary>
/// <param name="doors">The nodes.</param>
/// <param name="service">Only this service; null for all.</param>
/// <param name="time">The clock.</param>
/// <param name="note">Told when the stream breaks and when it goes on.</param>
internal sealed class WatchFeed(NodeDoors doors, string? service, TimeProvider time, Action<string> note)
{
    // Refused with a cursor so often in a row, by every node: what the watcher had seen is gone, and it begins anew.
    private const int CursorRefusalsMax = 3;
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(1);
    private string? _cursor;
    private int _refusals;
    private bool _isBroken;

    /// <summary>Reads until it is stopped.</summary>
    /// <param name="each">Takes each event.</param>
    /// <param name="cancellation">Stops it.</param>
    /// <exception cref="CliFailure">The first connection cannot be made, or the registry refuses.</exception>
    public async Task RunAsync(Action<WatchEvent> each, CancellationToken cancellation)
    {
        var query = new QueryText().Add("service", service);
        while (true)
        {
            try
            {
                using var stream = await doors.OpenAsync($"/api/v1/watch{query}", _cursor, cancellation);
                await ReadAsync(stream, each, cancellation);
                Broken(stream.Node, "it ended the stream");
            }
            catch (CliFailure failure) when (_cursor is not null && IsPassing(failure))
            {
                _isBroken = true;
            }
            catch (CliFailure failure) when (_cursor is null && _isBroken && failure.Code is ExitCode.Unreachable or ExitCode.NotNow)
            {
                // It had begun once: it goes on until somebody stops it.
            }

            await Task.Delay(Pause, time, cancellation);
        }
    }

    private async Task ReadAsync(OpenedStream stream, Action<WatchEvent> each, CancellationToken cancellation)
    {
        try
        {
            await foreach (var one in EventReader.ReadAsync(stream, time, cancellation))
            {
                if (_isBroken)
                    note($"Goes on at {stream.Node.AbsoluteUri.TrimEnd('/')}.");
                (_isBroken, _refusals, _cursor) = (false, 0, one.Cursor ?? _cursor);
                each(one);
            }
        }
        catch (Exception e) when (e is IOException or HttpRequestException or JsonException)
        {
            Broken(stream.Node, e.Message);
        }
    }

    private void Broken(Uri node, string why)
    {
        if (!_isBroken)
            note($"{node.AbsoluteUri.TrimEnd('/')} broke off: {why.TrimEnd('.')}. Looking for a node to go on at.");
        _isBroken = true;
        doors.PassOver(node);
    }

    /// <summary>Whether it may be over by itself; counts refusals of the cursor, and gives it up when there are too many.</summary>
    private bool IsPassing(CliFailure failure)
    {
        if (failure.Problem?.Name == "invalid")
        {
            _cursor = null;
            return true;
        }

        if (failure.Problem is not null && ++_refusals >= CursorRefusalsMax)
            _cursor = null;
        return failure.Code is ExitCode.Unreachable or ExitCode.NotNow;
    }
}
