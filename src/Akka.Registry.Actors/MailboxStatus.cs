using System.Runtime.InteropServices;

namespace Akka.Registry.Actors;

/// <summary>What an actor's mailbox holds, and what it had to refuse.</summary>
/// <param name="Waiting">Messages that wait now.</param>
/// <param name="Capacity">Messages that may wait.</param>
/// <param name="Overflowed">Messages lost to the capacity since the actor's start.</param>
[StructLayout(LayoutKind.Auto)]
public readonly record struct MailboxStatus(int Waiting, int Capacity, long Overflowed);
