using Akka.Registry.Cluster.Membership;
using Microsoft.Extensions.Logging;

namespace Akka.Registry.Cluster.Seeds;

/// <summary>Looks the seeds up, again and again, and tells the membership: often while the node is in no cluster, seldom after.</summary>
/// <remarks>
/// What a name last stood for counts until it stands for something else: a server that does not answer, or knows no record for a moment,
/// takes no seed away.
/// </remarks>
public sealed class SeedSearch : IAsyncDisposable
{
    private const int SeedsMax = 64;

    private readonly ClusterMembership _membership;
    private readonly ClusterOptions _options;
    private readonly ISeedLookup _lookup;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly string _self;
    private readonly CancellationTokenSource _stop = new();
    private readonly Dictionary<SeedName, IReadOnlyList<NodeAddress>> _found = [];
    private readonly Dictionary<SeedName, string> _problems = [];
    private Task _running = Task.CompletedTask;

    private SeedSearch(ClusterMembership membership, ClusterOptions options, ISeedLookup lookup, TimeProvider time, ILogger logger)
    {
        (_membership, _options, _lookup, _time, _logger) = (membership, options, lookup, time, logger);
        _self = membership.View.Self.ToString();
    }

    /// <summary>Begins to look.</summary>
    /// <param name="membership">Whom to tell.</param>
    /// <param name="options">What to look up, and how often.</param>
    /// <param name="lookup">Whom to ask.</param>
    /// <param name="time">Its clock.</param>
    /// <param name="logger">Where problems go, each once.</param>
    /// <exception cref="ArgumentException">A name is none. Nothing was started.</exception>
    public static SeedSearch Begin(
        ClusterMembership membership, ClusterOptions options, ISeedLookup lookup, TimeProvider time, ILogger logger)
    {
        ArgumentNullException.ThrowIfNull(options);
        var names = options.SeedDns.Names.Select(text => SeedName.TryParse(text, out var name)
            ? name
            : throw new ArgumentException($"'{text}' is no name to look up.", nameof(options))).Distinct().ToList();
        var search = new SeedSearch(membership, options, lookup, time, logger);
        search._running = Task.Run(() => search.RunAsync(names));
        return search;
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync().ConfigureAwait(false);
        await _running.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _stop.Dispose();
    }

    private async Task RunAsync(List<SeedName> names)
    {
        while (!_stop.IsCancellationRequested)
        {
            foreach (var name in names)
                await LookUpAsync(name).ConfigureAwait(false);
            var seeds = _found.Values.SelectMany(found => found).Distinct()
                .OrderBy(seed => seed.Host, StringComparer.Ordinal).ThenBy(seed => seed.Port).Take(SeedsMax).ToList();
            if (seeds.Count > 0)
                _membership.SeedsFound(seeds);
            var pause = _membership.HasJoined ? _options.SeedDns.RefreshInterval : _options.SeedRetryInterval;
            await Task.Delay(pause, _time, _stop.Token).ConfigureAwait(false);
        }
    }

    private async Task LookUpAsync(SeedName name)
    {
        var timeout = _options.SeedDns.Timeout;
        var problem = "it has no records.";
        try
        {
            using var timer = new CancellationTokenSource(timeout, _time);
            using var either = CancellationTokenSource.CreateLinkedTokenSource(timer.Token, _stop.Token);
            var found = await _lookup.LookUpAsync(name, either.Token).ConfigureAwait(false);
            if (found.Count > 0)
            {
                _found[name] = found;
                _problems.Remove(name);
                return;
            }
        }
        catch (IOException e)
        {
            problem = e.Message;
        }
        catch (OperationCanceledException) when (!_stop.IsCancellationRequested)
        {
            problem = $"no answer within {timeout.TotalSeconds:0.###} s.";
        }

        if (_problems.TryGetValue(name, out var known) && known == problem)
            return;
        _problems[name] = problem;
        Log.SeedsNotFound(_logger, _self, name.ToString(), problem);
    }
}
