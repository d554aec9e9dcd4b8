using Akka.Registry.Cluster;
using Akka.Registry.Views;

namespace Akka.Registry.Ownership;

/// <summary>Goes through all that is shown, some entries a turn, and finds those of some owners. One thread.</summary>
/// <remarks>
/// No index says which entries are an owner's: it would take 24 bytes an entry, and each registration would pay for it, while owners are
/// seldom lost. An entry that is shown anew meanwhile may be found or not: whoever shows it knows how its owner stands.
/// </remarks>
internal sealed class OwnerWalk(RegistryViews views)
{
    private readonly HashSet<NodeUid> _owners = [];
    private readonly IEnumerator<string> _services = views.ServiceNames.GetEnumerator();
    private string? _service;
    private string? _after;

    /// <summary>Whether it is too late for another owner.</summary>
    public bool HasBegun { get; private set; }

    /// <summary>Finds the entries of that owner as well.</summary>
    public void Add(NodeUid owner) => _owners.Add(owner);

    /// <summary>Goes on.</summary>
    /// <param name="seenMax">Entries to look at, at most.</param>
    /// <param name="foundMax">Entries to find, at most.</param>
    /// <param name="found">Where they are added, as they are shown now.</param>
    /// <returns>Whether there may be more.</returns>
    public bool Step(int seenMax, int foundMax, List<ServiceEntry> found)
    {
        HasBegun = true;
        var enough = found.Count + foundMax;
        while (_service is not null || _services.MoveNext())
        {
            _service ??= _services.Current;
            foreach (var entry in views.Find(_service)?.Instances.After(_after) ?? [])
            {
                if (seenMax-- == 0 || found.Count == enough)
                    return true;
                _after = entry.Id;
                if (_owners.Contains(entry.Owner))
                    found.Add(entry);
            }

            (_service, _after) = (null, null);
        }

        return false;
    }
}
