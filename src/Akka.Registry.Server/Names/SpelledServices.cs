using Akka.Registry.Queries;

namespace Akka.Registry.Server.Names;

/// <summary>Finds services by names whose case does not matter, for doors whose clients have no case of their own. Any thread.</summary>
/// <remarks>
/// A service is looked for as it was asked, then in lower case, then among those with capitals in their names. The last is a list of its
/// own: made anew after a change, and once there are many names at most once a second, so that questions for what does not exist cost no walk
/// over all services.
/// </remarks>
/// <param name="registry">Where services are looked for.</param>
/// <param name="names">Where the list of names is made from: everything, where the other one shows but a part.</param>
internal sealed class SpelledServices(IServiceRegistry registry, IServiceRegistry names)
{
    private const int ManyNames = 100;
    private static readonly TimeSpan CapitalsAge = TimeSpan.FromSeconds(1);

    private static readonly List<string> None = [];

    private Capitals? _capitals;

    /// <summary>The service of that name, in the spelling that is looked for first; null for none.</summary>
    public ServiceView? Find(string name, DateTimeOffset now)
    {
        if (registry.Find(name) is { } view)
            return view;
        var lower = name.ToLowerInvariant();
        if (lower != name && registry.Find(lower) is { } lowerView)
            return lowerView;
        foreach (var spelled in SpelledWithCapitals(name, now))
        {
            if (registry.Find(spelled) is { } spelledView)
                return spelledView;
        }

        return null;
    }

    /// <summary>The instance of a service of that name, whatever its spelling; null for none.</summary>
    public ServiceEntry? Find(string name, string id, DateTimeOffset now)
    {
        var lower = name.ToLowerInvariant();
        var found = registry.Find(lower)?.Instances.Find(id) ?? (lower == name ? null : registry.Find(name)?.Instances.Find(id));
        if (found is not null)
            return found;
        foreach (var spelled in SpelledWithCapitals(name, now))
        {
            if (registry.Find(spelled)?.Instances.Find(id) is { } entry)
                return entry;
        }

        return null;
    }

    private List<string> SpelledWithCapitals(string name, DateTimeOffset now)
    {
        var known = Volatile.Read(ref _capitals);
        var revision = names.Revision;
        var isKnown = known is not null
            && (known.Revision == revision || (known.Services >= ManyNames && (now - known.At).Duration() < CapitalsAge));
        if (!isKnown)
            Volatile.Write(ref _capitals, known = Read(revision, now));
        return known!.Names.GetValueOrDefault(name) ?? None;
    }

    private Capitals Read(long revision, DateTimeOffset now)
    {
        var byName = new Dictionary<string, List<string>>(StringComparer.OrdinalIgnoreCase);
        var services = names.Services();
        foreach (var service in services)
        {
            if (!service.Name.AsSpan().ContainsAnyInRange('A', 'Z'))
                continue;
            if (!byName.TryGetValue(service.Name, out var spellings))
                byName.Add(service.Name, spellings = []);
            spellings.Add(service.Name);
        }

        return new Capitals(revision, now, services.Count, byName);
    }

    private sealed record Capitals(long Revision, DateTimeOffset At, int Services, Dictionary<string, List<string>> Names);
}
