using System.Globalization;
using System.Text;

namespace Akka.Registry.Benchmarks.Growth;

/// <summary>One cost against one size.</summary>
/// <param name="Title">What it is.</param>
/// <param name="Unit">The cost's unit.</param>
/// <param name="Size">What the size counts.</param>
/// <param name="Points">Sizes in rising order with their costs; both above zero.</param>
internal sealed record Panel(string Title, string Unit, string Size, IReadOnlyList<(double Size, double Cost)> Points);

/// <summary>Draws panels as SVG: both axes logarithmic, a decade of cost as high in each, so that slopes can be compared.</summary>
/// <remarks>
/// No background of its own, and colours that follow what the reader prefers, light or dark. A dashed line shows what growing in proportion
/// would look like.
/// </remarks>
internal static class GrowthPlot
{
    private const int Columns = 4;
    private const double Width = 250;
    private const double Height = 242;
    private const double Left = 48;
    /// <summary>From the costs' labels to the smallest size: the first value's own label has its place there.</summary>
    private const double Inset = 18;
    private const double Top = 56;
    private const double Right = 22;
    private const double Bottom = 40;
    private const int DecadesMin = 3;

    private const string Style = """
        <style>
        text { font: 11px system-ui, sans-serif; fill: #57606a }
        .title { font-size: 13px; font-weight: 600; fill: #1f2328 }
        .value { fill: #1f2328 }
        .grid { stroke: #d0d7de; stroke-width: 1 }
        .same { stroke: #8c959f; stroke-dasharray: 3 4; fill: none }
        .line { stroke: #0969da; stroke-width: 2; fill: none }
        .point { fill: #0969da }
        @media (prefers-color-scheme: dark) {
        text { fill: #9198a1 }
        .title, .value { fill: #f0f6fc }
        .grid { stroke: #3d444d }
        .same { stroke: #656c76 }
        .line { stroke: #4493f8 }
        .point { fill: #4493f8 }
        }
        </style>
        """;

    public static string Draw(IReadOnlyList<Panel> panels)
    {
        var rows = (panels.Count + Columns - 1) / Columns;
        var svg = new StringBuilder();
        svg.Append(Text($"""<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {Columns * Width} {rows * Height}" role="img">"""));
        svg.Append('\n').Append("<title>How each cost grows with size</title>\n").Append(Style.ReplaceLineEndings("\n")).Append('\n');
        for (var i = 0; i < panels.Count; i++)
        {
            svg.Append(Text($"""<g transform="translate({i % Columns * Width} {i / Columns * Height})">""")).Append('\n');
            Draw(panels[i], svg);
            svg.Append("</g>\n");
        }

        return svg.Append("</svg>\n").ToString();
    }

    private static void Draw(Panel panel, StringBuilder svg)
    {
        var sizes = Axis.Of(panel.Points.Select(point => point.Size), Left + Inset, Width - Right, decadesMin: 1);
        var costs = Axis.Of(panel.Points.Select(point => point.Cost), Height - Bottom, Top, DecadesMin);
        svg.Append(Text($"""<text class="title" x="{Left}" y="16">{panel.Title}</text><text x="{Left}" y="31">{panel.Unit}</text>""")).Append('\n');
        for (var decade = costs.From; decade <= costs.To; decade++)
        {
            var y = costs.Place(Math.Pow(10, decade));
            svg.Append(Text($"""<path class="grid" d="M{Left} {y:0.#}H{Width - Right}"/>"""));
            svg.Append(Text($"""<text x="{Left - 6}" y="{y + 4:0.#}" text-anchor="end">{Label(Math.Pow(10, decade))}</text>""")).Append('\n');
        }

        for (var decade = sizes.From; decade <= sizes.To; decade++)
        {
            var x = sizes.Place(Math.Pow(10, decade));
            svg.Append(Text($"""<text x="{x:0.#}" y="{Height - Bottom + 15}" text-anchor="middle">{Label(Math.Pow(10, decade))}</text>"""));
        }

        var middle = (Left + Width - Right) / 2;
        svg.Append(Text($"""<text x="{middle}" y="{Height - Bottom + 29}" text-anchor="middle">{panel.Size}</text>""")).Append('\n');
        DrawProportion(panel, sizes, costs, svg);
        var places = panel.Points.Select(point => (X: sizes.Place(point.Size), Y: costs.Place(point.Cost), point.Cost)).ToList();
        svg.Append("<path class=\"line\" d=\"M").AppendJoin('L', places.Select(place => Text($"{place.X:0.#} {place.Y:0.#}"))).Append("\"/>\n");
        foreach (var (x, y, cost) in places)
        {
            svg.Append(Text($"""<circle class="point" cx="{x:0.#}" cy="{y:0.#}" r="3"/>"""));
            svg.Append(Text($"""<text class="value" x="{x:0.#}" y="{y - 8:0.#}" text-anchor="middle">{Label(cost)}</text>""")).Append('\n');
        }
    }

    /// <summary>From the first point on, to where it leaves the panel.</summary>
    private static void DrawProportion(Panel panel, Axis sizes, Axis costs, StringBuilder svg)
    {
        var (size, cost) = panel.Points[0];
        var factor = Math.Min(Math.Pow(10, sizes.To) / size, Math.Pow(10, costs.To) / cost);
        var (x, y) = (sizes.Place(size * factor), costs.Place(cost * factor));
        svg.Append(Text($"""<path class="same" d="M{sizes.Place(size):0.#} {costs.Place(cost):0.#}L{x:0.#} {y:0.#}"/>""")).Append('\n');
    }

    private static string Label(double value) => Math.Abs(value) switch
    {
        >= 1e6 => Text($"{value / 1e6:0.#}M"),
        >= 1e3 => Text($"{value / 1e3:0.#}k"),
        >= 10 => Text($"{value:0}"),
        >= 1 => Text($"{value:0.#}"),
        _ => Text($"{value:0.###}"),
    };

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);

    /// <summary>Whole decades on a line.</summary>
    private readonly record struct Axis(int From, int To, double Start, double End)
    {
        public static Axis Of(IEnumerable<double> values, double start, double end, int decadesMin)
        {
            var logs = values.Select(Math.Log10).ToList();
            var (from, to) = ((int)Math.Floor(logs.Min() + 1e-9), (int)Math.Ceiling(logs.Max() - 1e-9));
            // Room on both sides, so that what hardly grows lies in the middle.
            for (var below = true; to - from < decadesMin; below = !below)
                (from, to) = below ? (from - 1, to) : (from, to + 1);
            return new Axis(from, to, start, end);
        }

        public double Place(double value) => Start + ((Math.Log10(value) - From) / (To - From) * (End - Start));
    }
}
