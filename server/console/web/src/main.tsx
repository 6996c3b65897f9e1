import { render } from 'preact';
import 'uplot/dist/uPlot.min.css';
import './style/tokens.css';
import './style/base.css';
import './style/controls.css';
import './style/shell.css';
import './style/overview.css';
import './style/log.css';
import './style/nodes.css';
import { App } from './app/app';
import { startTheme } from './ui/theme';

startTheme();
render(<App />, document.getElementById('app') as HTMLElement);
