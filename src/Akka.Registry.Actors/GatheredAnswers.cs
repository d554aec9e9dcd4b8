using System.Collections.Immutable;
using System.Runtime.InteropServices;

namespace Akka.Registry.Actors;

/// <summary>Answers to questions that came together: told together, when the last is there. One thread.</summary>
/// <typeparam name="T">An answer.</typeparam>
/// <param name="questions">How many; at least one.</param>
/// <param name="replyTo">Where they go, in the order of the questions.</param>
public sealed class GatheredAnswers<T>(int questions, IActorRef<ImmutableArray<T>> replyTo)
{
    private readonly T[] _answers = new T[questions];
    private int _missing = questions;

    /// <summary>The answer to one question; each has just one.</summary>
    public void Put(int question, T answer)
    {
        _answers[question] = answer;
        if (--_missing == 0)
            replyTo.Tell(ImmutableCollectionsMarshal.AsImmutableArray(_answers)); // They change no more.
    }
}
