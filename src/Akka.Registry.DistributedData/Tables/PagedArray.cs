using System.Runtime.CompilerServices;

namespace Akka.Registry.Leases;

/// <summary>
/// An array that grows without moving what it holds: a page never changes its place, so a reference into it stays good.
/// </summary>
/// <remarks>
/// One writer grows it. Other threads may read what was published to them after the growth that made room for it.
/// </remarks>
internal sealed class PagedArray<T>
    where T : struct
{
    /// <summary>Elements in a page.</summary>
    public const int PageElements = 1 << PageShift;

    private const int PageShift = 11;

    private T[][] _pages = [];

    /// <summary>The element itself.</summary>
    public ref T this[int index] => ref _pages[index >> PageShift][index & (PageElements - 1)];

    /// <summary>Elements that there is room for.</summary>
    public int Capacity => _pages.Length * PageElements;

    /// <summary>Bytes of all pages.</summary>
    public long Bytes => (long)Capacity * Unsafe.SizeOf<T>();

    /// <summary>Makes room for at least so many elements.</summary>
    public void EnsureCapacity(int elements)
    {
        if (elements <= Capacity)
            return;
        var pages = new T[(elements + PageElements - 1) >> PageShift][];
        Array.Copy(_pages, pages, _pages.Length);
        for (var i = _pages.Length; i < pages.Length; i++)
            pages[i] = new T[PageElements];
        Volatile.Write(ref _pages, pages);
    }
}
