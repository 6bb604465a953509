using Otedama.Core;

namespace Otedama;

/// <summary>Tables of the live view.</summary>
internal static class MonitorTable
{
    private const int RowsMax = 64;
    private const int CellMax = 40;

    /// <summary>
    /// A heading ("*" = numbers, to the right) and rows. Columns from the right are left out until the rest fits: the first
    /// ones matter most. The first column gives way before any is left out.
    /// </summary>
    public static IEnumerable<ScreenLine> Rows(int width, string[] headings, IEnumerable<string[]> rows)
    {
        List<string[]> cells = [.. rows.Take(RowsMax).Select(static row => (string[])[.. row.Select(PlainText.Of)])];
        bool[] right = [.. headings.Select(static h => h[0] == '*')];
        string[] heads = [.. headings.Select(static h => h.TrimStart('*'))];
        int[] widths = [.. Enumerable.Range(0, heads.Length).Select(i =>
            Math.Min(CellMax, Math.Max(heads[i].Length, cells.Select(row => ScreenLine.WidthOf(row[i])).DefaultIfEmpty(0).Max())))];
        int columns = heads.Length;
        while (columns > 1 && Total(widths, columns) - Math.Max(0, widths[0] - 8) > width)
        {
            columns--;
        }
        widths[0] = Math.Max(1, Math.Min(widths[0], widths[0] - (Total(widths, columns) - width)));
        yield return Line(heads, widths, right, columns, ScreenStyle.Quiet);
        foreach (string[] row in cells)
        {
            yield return Line(row, widths, right, columns, ScreenStyle.Plain);
        }
    }

    private static int Total(int[] widths, int columns) => widths.Take(columns).Sum(static w => w + 2) - 1;

    private static ScreenLine Line(string[] cells, int[] widths, bool[] right, int columns, ScreenStyle style)
    {
        ScreenLine line = new();
        for (int i = 0; i < columns; i++)
        {
            line.Add(i == 0 ? " " : "  ").Add(ScreenLine.Fit(cells[i], widths[i], right[i]), style);
        }
        return line;
    }
}
