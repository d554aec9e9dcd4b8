using Akka.Registry.DistributedData;
using Akka.Registry.Routing;

namespace Akka.Registry.TestKit.Tests;

/// <summary>A small service as its author writes it: it knows the registry and a clock, and nothing of tests.</summary>
/// <param name="id">Its instance id.</param>
/// <param name="doors">Ways to the registry, the nearest first; null stands for one that cannot be reached now.</param>
/// <param name="time">Its clock.</param>
internal sealed class PriceService(string id, IReadOnlyList<Func<IServiceRegistry?>> doors, TimeProvider time)
{
    public static readonly TimeSpan Ttl = TimeSpan.FromSeconds(6);

    private readonly ulong _epoch = (ulong)time.GetUtcNow().ToUnixTimeMilliseconds() + 1;
    private ITimer? _beats;
    private int _door;

    public string Id => id;

    public bool IsUp { get; private set; }

    public void Start()
    {
        IsUp = true;
        _beats = time.CreateTimer(_ => _ = BeatAsync(), null, TimeSpan.Zero, Ttl / 3);
    }

    /// <summary>Ends as a killed process does: without a word.</summary>
    public void Kill()
    {
        IsUp = false;
        _beats?.Dispose();
    }

    /// <summary>The price; null when nobody answers here.</summary>
    public decimal? Quote(string article) => IsUp ? article.Length * 1.5m : null;

    private async Task BeatAsync()
    {
        if (doors[_door % doors.Count]() is not { } registry)
        {
            _door++;
            return;
        }

        try
        {
            await registry.HeartbeatAsync(new RecordKey("prices", id), _epoch);
        }
        catch (RegistryException e) when (e.Error == RegistryError.NotFound)
        {
            await registry.RegisterAsync(
                new Registration { Service = "prices", Id = id, Address = "10.2.0.1", Port = 8080, Ttl = Ttl, Epoch = _epoch },
                WriteOptions.Default);
        }
        catch (Exception e) when (e is RegistryException or TimeoutException)
        {
            _door++;
        }
    }
}

/// <summary>Who wants prices: it asks the registry for three routees and tries one after the other.</summary>
internal sealed class PriceCaller(IReadOnlyList<Func<IServiceRegistry?>> doors, IReadOnlyDictionary<string, PriceService> network)
{
    /// <summary>Calls that found nobody and went on to the next routee.</summary>
    public int Retries { get; private set; }

    /// <summary>The price; null when no registry could be reached, or no routee answered.</summary>
    public decimal? Ask(string article)
    {
        foreach (var door in doors)
        {
            if (door() is not { } registry || registry.Find("prices") is null)
                continue;
            foreach (var routee in registry.Routees(new RouteeRequest { Service = "prices", Count = 3 }))
            {
                if (network[routee.Id].Quote(article) is { } price)
                    return price;
                Retries++;
            }

            return null;
        }

        return null;
    }
}
