// Teams' host config for the renderer, in the colours of the page's theme.

const FONT = '"Segoe UI", system-ui, -apple-system, "Helvetica Neue", Arial, sans-serif';
const PALETTE = {
  light: { text: "#242424", quiet: "#5c5c5c", accent: "#4f52b2", good: "#0e700e", warning: "#8a3707", bad: "#b4262c", raised: "#f5f5f5" },
  dark: { text: "#ffffff", quiet: "#c2c2c2", accent: "#aab1fa", good: "#9ad29a", warning: "#f5c98b", bad: "#f1a7a9", raised: "#3d3d3d" },
  contrast: { text: "#ffffff", quiet: "#ffffff", accent: "#ffff01", good: "#3ff23f", warning: "#ffd37a", bad: "#ffb0b0", raised: "#000000" },
};

const shade = (plain, quiet = plain) => ({ default: plain, subtle: quiet });

function foreground({ text, quiet, accent, good, warning, bad }) {
  return {
    default: shade(text, quiet),
    dark: shade(text, quiet),
    light: shade(quiet),
    accent: shade(accent),
    good: shade(good),
    warning: shade(warning),
    attention: shade(bad),
  };
}

export function hostConfig(theme) {
  const palette = PALETTE[theme];
  const style = (backgroundColor) => ({ backgroundColor, borderColor: palette.quiet, foregroundColors: foreground(palette) });
  const styles = { default: style("transparent") };
  for (const name of ["emphasis", "good", "attention", "warning", "accent"]) styles[name] = style(palette.raised);
  return new AdaptiveCards.HostConfig({
    supportsInteractivity: true,
    choiceSetInputValueSeparator: ",",
    fontTypes: {
      default: fonts(FONT),
      monospace: fonts('Consolas, "Liberation Mono", monospace'),
    },
    spacing: { small: 8, default: 12, medium: 16, large: 20, extraLarge: 24, padding: 12 },
    separator: { lineThickness: 1, lineColor: palette.quiet },
    imageSizes: { small: 32, medium: 52, large: 100 },
    containerStyles: styles,
    actions: {
      maxActions: 6,
      spacing: "default",
      buttonSpacing: 8,
      showCard: { actionMode: "inline", inlineTopMargin: 12, style: "emphasis" },
      actionsOrientation: "horizontal",
      actionAlignment: "left",
      allowTitleToWrap: true,
    },
    adaptiveCard: { allowCustomStyle: false },
    factSet: {
      title: { weight: "bolder", wrap: true, maxWidth: 150, size: "default", color: "default" },
      value: { weight: "default", wrap: true, size: "default", color: "default" },
      spacing: 12,
    },
    inputs: {
      allowDynamicallyFilteredChoiceSet: true,
      debounceTimeInMilliSeconds: 250,
      label: {
        inputSpacing: "small",
        requiredInputs: { weight: "bolder", suffix: " *", suffixColor: "attention" },
        optionalInputs: { weight: "bolder" },
      },
      errorMessage: { weight: "default", color: "attention", spacing: "small" },
    },
  });
}

function fonts(fontFamily) {
  return {
    fontFamily,
    fontSizes: { small: 12, default: 14, medium: 16, large: 18, extraLarge: 24 },
    fontWeights: { lighter: 300, default: 400, bolder: 600 },
  };
}
