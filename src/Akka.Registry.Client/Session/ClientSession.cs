using Akka.Registry.Client.Directory;
using Akka.Registry.Client.Registrar;
using Akka.Registry.Client.Remoting;
using Akka.Registry.Client.Reports;
using Akka.Registry.Contracts;
using Google.Protobuf;
using Microsoft.Extensions.Logging;

namespace Akka.Registry.Client.Session;

/// <summary>The shell of the client's machines: gives them time, chance and frames under one lock, and does what they want.</summary>
/// <remarks>Nothing that runs under the lock waits: sends go to the link's bounded queue, connecting runs beside.</remarks>
internal sealed partial class ClientSession : IAsyncDisposable
{
    /// <summary>
    /// How long an acknowledgement waits for others: only drains wait for them, and where many clients follow a service, what changed
    /// reaches all of them before any of them answers.
    /// </summary>
    private static readonly TimeSpan AcknowledgementDelay = TimeSpan.FromMilliseconds(10);

    private readonly Lock _gate = new();
    private readonly RegistryClientOptions _options;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly ConnectionMachine _connection;
    private readonly RegistrationBook _book;
    private readonly FailureNotes _failures = new();
    private readonly ClientTls? _tls;
    private readonly ulong _identity;
    private readonly CancellationTokenSource _stop = new();
    private readonly long _began;
    private readonly ITimer _delay;
    private readonly ITimer _sign;
    private readonly ITimer _acknowledge;
    private Task _running = Task.CompletedTask;
    private SessionLink? _link;
    private TimeSpan? _unansweredSince;
    private bool _isEnding;
    private bool _isAcknowledgementDue;

    public ClientSession(RegistryClientOptions options, TimeProvider time, Random random, ILogger logger)
    {
        (_options, _time, _logger) = (options, time, logger);
        _tls = ClientTls.Of(options.Tls, time, logger);
        _identity = (ulong)random.NextInt64(1, long.MaxValue);
        _connection = new ConnectionMachine(options, random);
        _book = new RegistrationBook(options);
        _pending = new PendingRequests(options.RequestsMax);
        _reports = new ReportBook(options);
        Feeds = new FeedBook(options);
        Actors = new ClientActors(options.Remoting, time, logger);
        _began = time.GetTimestamp();
        _delay = time.CreateTimer(static state => ((ClientSession)state!).OnDelayPassed(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        _sign = time.CreateTimer(static state => ((ClientSession)state!).OnSignDue(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        _acknowledge = time.CreateTimer(
            static state => ((ClientSession)state!).OnAcknowledgementDue(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        _reportsDue = time.CreateTimer(
            static state => ((ClientSession)state!).OnReportsDue(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    /// <summary>What is followed; look-ups alone are for any thread.</summary>
    public FeedBook Feeds { get; }

    /// <summary>Actors that are reached through the session; any thread.</summary>
    public ClientActors Actors { get; }

    public RegistryClientStatus Status
    {
        get
        {
            lock (_gate)
            {
                return new RegistryClientStatus(
                    _connection.Node, _connection.State == ConnectionState.Open, _connection.Failures, _connection.KnownNodes)
                {
                    Problem = _failures.Latest,
                    IsRefused = _failures.IsRefusal,
                };
            }
        }
    }

    private TimeSpan Now => _time.GetElapsedTime(_began);

    public void Begin()
    {
        lock (_gate)
            Do(_connection.Advance(new ConnectionInput.Begin()));
    }

    public ServiceFeed Follow(string service)
    {
        if (Feeds.Find(service) is { } known)
            return known;
        ArgumentException.ThrowIfNullOrEmpty(service);
        lock (_gate)
        {
            ObjectDisposedException.ThrowIf(_isEnding, typeof(RegistryClient));
            var feed = Feeds.Follow(service);
            Send(Feeds.Due());
            return feed;
        }
    }

    public async ValueTask DisposeAsync()
    {
        Task farewell;
        lock (_gate)
        {
            if (_isEnding)
                return;
            _isEnding = true;
            RegisteredInstance[] instances = [.. _book.Instances];
            foreach (var instance in instances)
                _book.End(instance);
            Send(_book.Due());
            farewell = _link is null ? Task.CompletedTask : Task.WhenAll(instances.Select(instance => instance.DeregisterAsync()));
        }

        await farewell.WaitAsync(_options.FarewellTimeout, _time).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        Task running;
        TimeSpan patience;
        lock (_gate)
        {
            patience = _link is null ? TimeSpan.Zero : _options.FarewellTimeout;
            _connection.Advance(new ConnectionInput.Stop());
            _link?.Send(Frame.Of(FrameKind.SessionGoodbye, new SessionGoodbye { Reason = "The client closes." }));
            _link?.CompleteSending();
            running = _running;
            Feeds.End();
            foreach (var instance in _book.Instances)
                instance.End();
        }

        // The node closes in answer to the goodbye; one that does not is left.
        await running.WaitAsync(patience, _time).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await _stop.CancelAsync();
        await running.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await _delay.DisposeAsync();
        await _sign.DisposeAsync();
        await _acknowledge.DisposeAsync();
        Actors.Dispose();
        await _reportsDue.DisposeAsync();
        _tls?.Dispose();
        _stop.Dispose();
    }

    private void OnDelayPassed()
    {
        lock (_gate)
            Do(_connection.Advance(new ConnectionInput.DelayPassed(_connection.Attempt)));
    }

    private void OnSignDue()
    {
        lock (_gate)
        {
            if (_link is null)
                return;
            if (_unansweredSince is { } since && Now - since >= _options.AnswerTimeout)
            {
                _link.Dispose();        // Its reader ends, and says so.
                return;
            }

            _unansweredSince ??= Now;
            Send(_book.Signs());
            Feeds.Retry();
            Send(_book.Due());
            Send(Feeds.Due());
            ArmSign();
        }
    }

    private void ArmSign() => _sign.Change(_book.SignInterval, Timeout.InfiniteTimeSpan);

    private void Do(ConnectionEffect effect)
    {
        switch (effect)
        {
            case ConnectionEffect.Connect connect: _running = Task.Run(() => RunAsync(connect)); break;
            case ConnectionEffect.Wait wait: _delay.Change(wait.Delay, Timeout.InfiniteTimeSpan); break;
            case ConnectionEffect.None: break;
            default: throw new System.Diagnostics.UnreachableException($"No rule for {effect}.");
        }
    }

    private void Send(IReadOnlyList<Frame> frames)
    {
        if (_link is null)
            return;
        for (var i = 0; i < frames.Count; i++)
            _link.Send(frames[i]);
    }

    private async Task RunAsync(ConnectionEffect.Connect connect)
    {
        SessionLink link;
        try
        {
            link = await SessionLink.OpenAsync(connect.Node, _options, _tls, _identity, _time, _stop.Token);
        }
        catch (Exception failure) when (IsLinkFailure(failure))
        {
            var why = failure is OperationCanceledException ? "It took too long." : failure.Message;
            NoteFailure(connect.Node, why, failure is SessionRefusedException);
            lock (_gate)
                Do(_connection.Advance(new ConnectionInput.Failed(connect.Attempt)));
            return;
        }

        using (link)
        {
            var reason = "";
            var writing = WriteAsync(link);
            try
            {
                OnOpened(connect, link);
                reason = await ReadAsync(connect, link);
            }
            catch (Exception failure) when (IsLinkFailure(failure) || failure is InvalidProtocolBufferException)
            {
                reason = failure is OperationCanceledException ? "The client closes." : failure.Message;
            }
            catch (Exception defect)
            {
                // The edge of the application: a defect here ends this session, and the next one begins.
                Log.Defect(_logger, defect);
            }

            OnEnded(connect, reason);
            link.Dispose();
            await writing;
        }
    }

    /// <summary>Says why there is no session, once for each reason that a node gives: it is tried again and again.</summary>
    private void NoteFailure(NodeEndpoint node, string reason, bool isRefusal)
    {
        bool isNews;
        lock (_gate)
            isNews = _failures.Note(node, reason, isRefusal);
        if (isNews && isRefusal)
            Log.NotLetIn(_logger, node, reason);
        else if (isNews)
            Log.CannotOpen(_logger, node, reason);
    }

    private async Task WriteAsync(SessionLink link)
    {
        try
        {
            await link.WriteAsync(_stop.Token);
        }
        catch (Exception failure) when (IsLinkFailure(failure))
        {
            link.Dispose();     // The reader says why.
        }
    }

    private async Task<string> ReadAsync(ConnectionEffect.Connect connect, SessionLink link)
    {
        while (true)
        {
            var frame = await link.ReadAsync(_stop.Token);
            if (frame.Kind == FrameKind.SessionGoodbye)
                return frame.Read(SessionGoodbye.Parser).Reason;
            if (frame.Kind == FrameKind.SessionActorAnswer)
            {
                Actors.OnAnswer(frame);     // Not under the lock: the application's codec reads it.
                continue;
            }

            lock (_gate)
                OnFrame(connect, frame);
        }
    }

    private void OnOpened(ConnectionEffect.Connect connect, SessionLink link)
    {
        lock (_gate)
        {
            Do(_connection.Advance(new ConnectionInput.Opened(connect.Attempt, Endpoints(link.Welcome.Nodes))));
            if (_connection.State != ConnectionState.Open)
                throw new IOException("The client closes.");
            (_link, _unansweredSince) = (link, null);
            _failures.Opened(connect.Node);
            _book.Opened();
            Feeds.Opened();
            Actors.Opened(link);
            Send(_book.Due());
            Send(Feeds.Due());
            ArmSign();
        }

        Log.Opened(_logger, connect.Node);
    }

    private void OnEnded(ConnectionEffect.Connect connect, string reason)
    {
        Log.Ended(_logger, connect.Node, reason);
        Actors.Lost();
        lock (_gate)
        {
            _link = null;
            _book.Lost();
            Feeds.Lost();
            _pending.Lost(reason.Length > 0 ? reason : "a defect of this client");
            Do(_connection.Advance(new ConnectionInput.Ended(connect.Attempt)));
        }
    }

    private void OnFrame(ConnectionEffect.Connect connect, in Frame frame)
    {
        switch (frame.Kind)
        {
            case FrameKind.SessionBeatResults:
                _unansweredSince = null;
                LogRefused(_book.OnBeatResults(frame.Read(SessionBeatResults.Parser)));
                Do(_connection.Advance(new ConnectionInput.Settled(connect.Attempt)));
                Send(_book.Due());
                break;
            case FrameKind.RegisterResults:
                var before = _book.SignInterval;
                LogRefused(_book.OnResults(frame.Read(RegisterResults.Parser)));
                Send(_book.Due());
                if (_book.SignInterval < before)
                    ArmSign();
                break;
            case FrameKind.InstanceCommandResult:
                var result = frame.Read(InstanceCommandResult.Parser);
                if (!_book.OnCommandResult(result))
                    _pending.OnDrained(result);
                break;
            case FrameKind.SessionAnswer: _pending.OnAnswer(frame.Read(SessionAnswer.Parser)); break;
            case FrameKind.SubscriptionBatch: AcknowledgeSoon(Feeds.OnBatch(frame.Read(SubscriptionBatch.Parser))); break;
            case FrameKind.SubscriptionPart: AcknowledgeSoon(Feeds.OnPart(frame.Read(SubscriptionPart.Parser))); break;
            case FrameKind.SubscriptionEnded: OnFeedEnded(frame.Read(SubscriptionEnded.Parser)); break;
            case FrameKind.SessionNodes:
                var nodes = Endpoints(frame.Read(SessionNodes.Parser).Nodes);
                Do(_connection.Advance(new ConnectionInput.NodesTold(connect.Attempt, nodes)));
                break;
            default: throw new IOException($"{frame.Kind} is nothing that a node says.");
        }
    }

    private void OnFeedEnded(SubscriptionEnded ended)
    {
        if (Feeds.OnEnded(ended, Now) is not { } refusal)
            return;
        if (refusal.BeginsAnew)
            Log.ViewAnew(_logger, refusal.Service);
        else
            Log.FeedRefused(_logger, refusal.Service, refusal.Reason);
    }

    private void AcknowledgeSoon(bool isWhole)
    {
        if (!isWhole || _isAcknowledgementDue)
            return;
        _isAcknowledgementDue = true;
        _acknowledge.Change(AcknowledgementDelay, Timeout.InfiniteTimeSpan);
    }

    private void OnAcknowledgementDue()
    {
        lock (_gate)
        {
            _isAcknowledgementDue = false;
            Send(Feeds.Acknowledgements());
        }
    }

    private static List<NodeEndpoint> Endpoints(IEnumerable<string> nodes)
    {
        var endpoints = new List<NodeEndpoint>();
        foreach (var node in nodes)
        {
            if (NodeEndpoint.TryParse(node, out var endpoint))
                endpoints.Add(endpoint);
        }

        return endpoints;
    }

    private static bool IsLinkFailure(Exception failure) =>
        failure is IOException or OperationCanceledException or ObjectDisposedException;
}
