namespace Otedama;

/// <summary>A value before it is understood: from a flag, the environment or a file. Line is 0 outside files.</summary>
internal abstract record RawValue(int Line);

internal sealed record RawScalar(string Text, int Line = 0) : RawValue(Line);

internal sealed record RawList(IReadOnlyList<RawValue> Items, int Line) : RawValue(Line);

internal sealed record RawMap(IReadOnlyList<KeyValuePair<RawScalar, RawValue>> Entries, int Line) : RawValue(Line);
