namespace Otedama;

/// <summary>How a piece of the live view looks.</summary>
internal enum ScreenStyle
{
    Plain,
    Strong,
    Quiet,
    Good,
    Note,
    Bad,
    Reverse,
}
