using System.Collections.Immutable;
using Akka.Registry.Actors;
using Akka.Registry.DistributedData;

namespace Akka.Registry.Calls;

/// <summary>Writes of calls that begin in one turn.</summary>
/// <param name="calls">About how many.</param>
internal sealed class WritesTogether(int calls)
{
    private readonly ImmutableArray<long>.Builder _calls = ImmutableArray.CreateBuilder<long>(calls);
    private readonly ImmutableArray<MapWrite>.Builder _operations = ImmutableArray.CreateBuilder<MapWrite>(calls);

    /// <summary>Adds the write of a call.</summary>
    public void Add(long call, MapWrite operation)
    {
        _calls.Add(call);
        _operations.Add(operation);
    }

    /// <summary>All of them; the calls in the order of their writes.</summary>
    public (ImmutableArray<long> Calls, ImmutableArray<MapWrite> Operations) Take() =>
        (_calls.DrainToImmutable(), _operations.DrainToImmutable());
}

/// <summary>Answers to questions that came together: told together, when the last is there. One thread.</summary>
/// <param name="questions">How many; for none the answer is told at once.</param>
/// <param name="replyTo">Where they go, in the order of the questions.</param>
internal sealed class GatheredAnswers<T>(int questions, IActorRef<ImmutableArray<T>> replyTo)
{
    private readonly T[] _answers = new T[questions];
    private int _missing = questions;

    /// <summary>The answer to one question; each has just one.</summary>
    public void Put(int question, T answer)
    {
        _answers[question] = answer;
        if (--_missing == 0)
            replyTo.Tell([.. _answers]);
    }
}
