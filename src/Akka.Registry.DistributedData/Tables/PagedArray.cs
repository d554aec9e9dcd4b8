using System.Runtime.CompilerServices;

namespace Akka.Registry.DistributedData.Tables;

/// <summary>
/// An array that grows without moving what it holds: a page never changes its place, so a reference into it stays good.
/// </summary>
/// <remarks>
/// One writer grows it. Other threads may read what was published to them after the growth that made room for it.
/// </remarks>
/// <param name="beginsSmall">
/// Whether the first page is as short as what it holds: of thousands of arrays most hold little. It moves, then, until it is full.
/// </param>
public sealed class PagedArray<T>(bool beginsSmall = false)
    where T : struct
{
    private const int ElementsMin = 4;

    /// <summary>Elements in a page.</summary>
    public const int PageElements = 1 << PageShift;

    private const int PageShift = 11;

    private T[][] _pages = [];

    /// <summary>The element itself.</summary>
    public ref T this[int index] => ref _pages[index >> PageShift][index & (PageElements - 1)];

    /// <summary>Elements that there is room for.</summary>
    public int Capacity => _pages.Length == 1 ? _pages[0].Length : _pages.Length * PageElements;

    /// <summary>Bytes of all pages.</summary>
    public long Bytes => (long)Capacity * Unsafe.SizeOf<T>();

    /// <summary>Makes room for at least so many elements.</summary>
    public void EnsureCapacity(int elements)
    {
        if (elements <= Capacity)
            return;
        if (beginsSmall && Capacity < PageElements)
        {
            var first = _pages.Length == 0 ? [] : _pages[0];
            Array.Resize(ref first, Math.Min(PageElements, Math.Max(elements, Math.Max(ElementsMin, first.Length * 2))));
            _pages = [first];
            if (elements <= Capacity)
                return;
        }

        var pages = new T[(elements + PageElements - 1) >> PageShift][];
        Array.Copy(_pages, pages, _pages.Length);
        for (var i = _pages.Length; i < pages.Length; i++)
            pages[i] = new T[PageElements];
        Volatile.Write(ref _pages, pages);
    }
}
