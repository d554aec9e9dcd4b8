using Akka.Registry.Etcd.Values;
using Akka.Registry.Etcd.Wire;
using Google.Protobuf;

namespace Akka.Registry.Etcd.Client;

/// <summary>A watch of one or more ranges on one stream, which is asked for signs of life, so that silence is told from peace.</summary>
/// <remarks>
/// What answers a question after progress proves that the stream lives, and nothing more: etcd before 3.4.25 may send it ahead of events of
/// earlier revisions (etcd-io/etcd, issue 15220).
/// </remarks>
internal sealed class EtcdWatch : IDisposable
{
    private readonly EtcdClient _client;
    private readonly EtcdStream<WatchResponse> _stream;
    private readonly string _member;
    private readonly TimeSpan _patience;
    private readonly TimeProvider _time;

    private EtcdWatch(EtcdClient client, EtcdStream<WatchResponse> stream, string member, TimeSpan patience, TimeProvider time) =>
        (_client, _stream, _member, _patience, _time) = (client, stream, member, patience, time);

    /// <summary>Opens it. Answers name their range by its place in the list.</summary>
    /// <param name="client">Where.</param>
    /// <param name="ranges">Beginnings of keys, or whole keys, each with the first revision that matters.</param>
    /// <param name="patience">How long it may be silent.</param>
    /// <param name="time">The clock of that.</param>
    /// <param name="cancellation">Ends it.</param>
    /// <exception cref="EtcdException">It cannot be opened.</exception>
    public static async Task<EtcdWatch> OpenAsync(
        EtcdClient client, IReadOnlyList<(string Keys, long From)> ranges, TimeSpan patience, TimeProvider time, CancellationToken cancellation)
    {
        var requests = ranges.Select((range, index) => (IMessage)new WatchRequest
        {
            CreateRequest = new WatchCreateRequest
            {
                Key = ByteString.CopyFromUtf8(range.Keys),
                RangeEnd = range.Keys.EndsWith('/') ? EtcdKeys.EndOf(range.Keys) : ByteString.Empty,
                StartRevision = range.From,
                WatchId = index + 1,
            },
        }).ToArray();
        var member = client.Current;
        using var late = new CancellationTokenSource(patience, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(late.Token, cancellation);
        try
        {
            var stream = await client.OpenAsync(EtcdMethods.Watch, WatchResponse.Parser, either.Token, requests);
            return new EtcdWatch(client, stream, member, patience, time);
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            client.Avoid(member);
            throw Silent(member, patience);
        }
    }

    /// <summary>Who is watched at.</summary>
    public string Member => _member;

    /// <summary>The next answer; one without events is a sign of life.</summary>
    /// <returns>The place of the range, and the answer.</returns>
    /// <exception cref="EtcdException">The watch is lost.</exception>
    public async Task<(int Range, WatchResponse Answer)> NextAsync(CancellationToken cancellation)
    {
        using var late = new CancellationTokenSource(_patience, _time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(late.Token, cancellation);
        try
        {
            var next = _stream.ReadAsync(either.Token);
            for (var asked = 0; asked < 3 && !next.IsCompleted; asked++)
            {
                await Task.WhenAny(next, Task.Delay(_patience / 3, _time, either.Token));
                if (!next.IsCompleted && asked < 2)
                    _stream.Write(new WatchRequest { ProgressRequest = new WatchProgressRequest() });
            }

            var answer = await next;
            if (answer.CompactRevision > 0)
                throw new EtcdException(EtcdError.Compacted, "The history that was to be followed is compacted.");
            if (answer.Canceled)
                throw new EtcdException(EtcdError.Unavailable, answer.CancelReason.Length > 0 ? answer.CancelReason : "The watch was ended.");
            return ((int)answer.WatchId - 1, answer);
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            _client.Avoid(_member);
            throw Silent(_member, _patience);
        }
        finally
        {
            await either.CancelAsync(); // What still counts down.
        }
    }

    public void Dispose() => _stream.Dispose();

    private static EtcdException Silent(string member, TimeSpan patience) =>
        new(EtcdError.Unavailable, $"{member} was silent for {patience.TotalSeconds:0.###} s.");
}
