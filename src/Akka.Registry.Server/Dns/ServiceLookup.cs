using Akka.Registry.Queries;
using Akka.Registry.Server.Names;

namespace Akka.Registry.Server.Dns;

/// <summary>What a name in the room of services stands for.</summary>
/// <param name="Pool">The instances; null when there is no such service.</param>
/// <param name="Service">The service's name.</param>
/// <param name="IsBetween">Whether the name only leads to others, and carries no record itself.</param>
internal readonly record struct ServiceMatch(ServicePool? Pool, string Service, bool IsBetween = false);

/// <summary>Finds services by names as DNS carries them: in any case, with tags in front, as RFC 2782 has them.</summary>
/// <param name="registry">As who asks may see it.</param>
/// <param name="whole">The whole.</param>
internal sealed class ServiceLookup(IServiceRegistry registry, IServiceRegistry whole)
{
    private readonly SpelledServices _services = new(registry, whole);

    /// <summary>Finds what the first labels of a name stand for.</summary>
    /// <param name="query">The question.</param>
    /// <param name="count">How many labels of it.</param>
    /// <param name="now">The time.</param>
    public ServiceMatch Find(scoped in DnsQuery query, int count, DateTimeOffset now)
    {
        var name = query.Name;
        var isMarked = name.Label(0)[0] == '_';
        if (count >= 2 && isMarked && name.Label(count - 1)[0] == '_' && name.Label(0).Length > 1)
        {
            var tag = NameKinds.IsTransport(name.Label(count - 1)) ? null : query.Text(count - 1, count)[1..];
            var service = query.Text(0, count - 1)[1..];
            if (_services.Find(service, now) is { } view)
                return Match(view, tag);
        }

        if (count >= 3 && isMarked && NameKinds.IsTransport(name.Label(1)))
            return FindTagged(query, 2, count, now);
        if (NameKinds.IsTransport(name.Label(0)))
        {
            if (count == 1)
                return new ServiceMatch(null, "", IsBetween: true);
            var below = FindTagged(query, 1, count, now);
            return below with { IsBetween = below.Pool is { Instances.Length: > 0 } };
        }

        return FindTagged(query, 0, count, now);
    }

    /// <summary>
    /// <c>[tag.]name</c>. Names and tags may have dots themselves: the longest name that is registered is the service, the rest its tag.
    /// </summary>
    private ServiceMatch FindTagged(scoped in DnsQuery query, int first, int count, DateTimeOffset now)
    {
        for (var at = first; at < count; at++)
        {
            if (_services.Find(query.Text(at, count), now) is { } view)
                return Match(view, at == first ? null : query.Text(first, at));
        }

        return default;
    }

    private static ServiceMatch Match(ServiceView view, string? tag)
    {
        var pool = ServicePool.Of(view);
        return new ServiceMatch(tag is null ? pool : pool.Tagged(tag), view.Name);
    }
}
