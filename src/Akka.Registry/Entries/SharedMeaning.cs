using Akka.Registry.DistributedData.Values;

namespace Akka.Registry.Entries;

/// <summary>What the common part of many values says, read once.</summary>
internal sealed class SharedMeaning
{
    private readonly SharedPart _part;
    private readonly InstanceFacts _facts;
    private InstanceTexts? _texts;

    private SharedMeaning(SharedPart part) => (_part, CanBeRead) = (part, InstanceFacts.TryRead(part.Bytes, out _facts));

    /// <summary>Whether it is part of an entry's value.</summary>
    public bool CanBeRead { get; }

    /// <summary>What it says, but for its texts.</summary>
    public ref readonly InstanceFacts Facts => ref _facts;

    /// <summary>What a part says. Any thread.</summary>
    public static SharedMeaning Of(SharedPart part)
    {
        if (part.Meaning is not SharedMeaning meaning)
            part.Meaning = meaning = new SharedMeaning(part);
        return meaning;
    }

    /// <summary>Its texts, read when they are first asked for. Any thread.</summary>
    public InstanceTexts Texts => _texts ??= InstanceTexts.Of(_part.Bytes);
}
