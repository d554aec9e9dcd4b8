using System.Diagnostics;

namespace Akka.Registry.Actors.Cells;

/// <summary>The top of a branch: starts nothing, receives nothing, and supervises by the default strategy.</summary>
internal sealed class Guardian : Actor<Guardian.Message>
{
    protected internal override void Receive(Message message) =>
        throw new UnreachableException("Nobody can make a message for a guardian.");

    /// <summary>The empty family.</summary>
    internal abstract record Message
    {
        private Message() { }
    }
}
