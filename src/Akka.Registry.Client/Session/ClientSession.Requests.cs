using System.Diagnostics;
using Akka.Registry.Client.Reports;
using Akka.Registry.Contracts;

namespace Akka.Registry.Client.Session;

/// <summary>What an application asks the node of its session, and tells it of instances that fail.</summary>
internal sealed partial class ClientSession
{
    /// <summary>Far below any limit of a node: what is larger is refused here, and does not cost the session.</summary>
    private const int RequestBytesMax = 32 * 1024;

    /// <summary>Puts the reports of one failure together; short against the second within which the registry is to know.</summary>
    private static readonly TimeSpan ReportDelay = TimeSpan.FromMilliseconds(20);

    private readonly PendingRequests _pending;
    private readonly Lock _reportGate = new();
    private readonly ReportBook _reports;
    private readonly ITimer _reportsDue;

    /// <summary>Asks the node of the session.</summary>
    /// <param name="request">The question; its number is filled in.</param>
    /// <param name="patience">What the node itself waits for, beyond the time that an answer may take.</param>
    /// <param name="cancellation">Ends the wait.</param>
    /// <returns>The parts of the answer, one at least.</returns>
    /// <exception cref="RegistryUnavailableException">There is no session, it ended before the answer, or that took too long.</exception>
    /// <exception cref="RegistryRefusedException">The node refuses the question, or as many wait as may.</exception>
    public async Task<IReadOnlyList<SessionAnswer>> AskAsync(SessionRequest request, TimeSpan patience, CancellationToken cancellation)
    {
        cancellation.ThrowIfCancellationRequested();
        using var span = ClientTracing.Ask(request);
        request.Traceparent = TraceContext.Current;
        var bytes = request.CalculateSize();
        if (bytes > RequestBytesMax)
        {
            throw new RegistryRefusedException(
                RegistryRefusal.Invalid, $"The question takes {bytes} bytes, and at most {RequestBytesMax} are sent.");
        }

        var answered = Ask(request);
        var time = _options.RequestTimeout + patience;
        try
        {
            return await answered.WaitAsync(time, _time, cancellation).ConfigureAwait(false);
        }
        catch (TimeoutException)
        {
            span?.SetStatus(ActivityStatusCode.Error, "no answer in time");
            throw new RegistryUnavailableException($"The node has not answered within {time.TotalSeconds:0.###} s.", mayHaveCounted: true);
        }
        catch (Exception failure) when (failure is RegistryRefusedException or RegistryUnavailableException)
        {
            span?.SetTag("error.type", failure.GetType().FullName).SetStatus(ActivityStatusCode.Error, failure.Message);
            throw;
        }
        finally
        {
            lock (_gate)
                _pending.Forget(request.Request);
        }
    }

    /// <summary>A call to an instance failed. Neither waits nor fails.</summary>
    public void ReportFailure(string service, string id, ulong epoch)
    {
        lock (_reportGate)
        {
            if (!_reports.Report(service, id, epoch, Now))
                return;
        }

        try
        {
            _reportsDue.Change(ReportDelay, Timeout.InfiniteTimeSpan);
        }
        catch (ObjectDisposedException)
        {
            // The client has ended meanwhile.
        }
    }

    private Task<IReadOnlyList<SessionAnswer>> Ask(SessionRequest request)
    {
        lock (_gate)
        {
            ObjectDisposedException.ThrowIf(_isEnding, typeof(RegistryClient));
            if (_link is null)
            {
                throw new RegistryUnavailableException(_failures.Latest is { } reason
                    ? $"There is no session with the registry: {reason}"
                    : "There is no session with the registry now.");
            }

            request.Request = _book.NextRequest();
            var answered = _pending.Ask(request.Request);
            _link.Send(Frame.Of(FrameKind.SessionRequest, request));
            return answered;
        }
    }

    private void OnReportsDue()
    {
        IReadOnlyList<Frame> frames;
        lock (_reportGate)
            frames = _reports.Due();
        lock (_gate)
            Send(frames);       // Without a session they are lost: who still fails reports again.
    }
}
